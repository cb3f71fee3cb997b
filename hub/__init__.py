"""A first hub: people with accounts of their own, JupyterLab with our extension, a lab each, and dashboards.

``settings`` reads the one settings file, ``start`` is what ``make hub`` calls, ``jupyterhub_config`` is JupyterHub's
own, ``accounts`` minds passwords, ``homes`` gets a person's folder ready, and ``dashboards`` is the hub's service.
"""
