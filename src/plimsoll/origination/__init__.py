"""Origination (贷前): apply, gather evidence, score, draw the load line, price, set the limit, decide, review, sign; one file a verb."""
