"""The book on SQLite and PostgreSQL: tables, transactions, drivers, and the walls inside the database."""
