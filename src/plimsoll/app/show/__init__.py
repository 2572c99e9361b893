"""What can be looked at, one file a subject: frozen values read from the book, for the API, the console and the borrower's pages alike."""
