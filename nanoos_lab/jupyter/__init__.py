"""What Jupyter's server does for the lab extension: draw files, list what a lab holds, run templates.

It speaks only under Jupyter's own authentication and trusts nothing that it is sent.
"""
