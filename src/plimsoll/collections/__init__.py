"""Collections (贷后): whom the house and its agencies may contact, when and how often, and what came of it; one file a verb."""
