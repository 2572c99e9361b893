"""Questions to a tape, as expressions that every engine answers alike: each function gives the text of one query.

Only here is Ibis known, and nothing of Ibis leaves: what goes in is a `Source`, what comes out is text. Every column of every answer is
a whole number or text, so that engines can be held to equal rows.
"""
