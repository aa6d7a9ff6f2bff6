"""Ask a running manager, over its API or its logtest socket."""
