"""The templates of Commission Implementing Regulation (EU) 2023/2083 for sellers of bad loans.

Index and name of templates 1 and 2.1 to 2.4 and of 3,00 to 3,03 are those of Annex I as published (compared on 2026-11-22). The rest, and
what is mandatory, formats and permitted values, go by two other lists that agree with each other and with what was compared;
docs/reference/npl.md names them.
"""
