"""A lab on a PostgreSQL server with pgvector: addresses, connections, security, administration.

One database is one lab. Its tables lie in the schema ``nanoos`` and belong to a role that nobody logs in as;
people log in under their own names, and what each may see and change is decided by the server's row
security from the table ``member``. What is in the tables is not known here.
"""
