"""The applications that people sign in to: registered, changed, disabled, looked up.

``registry`` finds a service provider or client in memory, checked against one revision;
``service_providers`` and ``clients`` are the use cases, one for API, command line and pages.
"""
