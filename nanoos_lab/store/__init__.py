"""What the lab remembers. The only room that talks to a database."""
