"""Reach a host: this one, by SSH, in a container, through Kubernetes. Run a command there, read, write, follow."""
