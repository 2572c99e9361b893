"""Made-up borrowers, and real ones replayed: they drive the house by the same commands as everybody."""
