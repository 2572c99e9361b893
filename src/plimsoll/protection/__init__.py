"""Protection (消保): consent, cost disclosure, explanation, education, complaints; one file a verb."""
