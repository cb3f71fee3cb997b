"""One try at some runs, as files: the folder, the lock that says its worker lives, the execution, the outcome.

Both sides of the folder protocol meet here. Nothing in it knows the database, so that a worker process,
and later a cluster node, needs only the folder. Importing it is light: a worker claims its folder first.
"""
