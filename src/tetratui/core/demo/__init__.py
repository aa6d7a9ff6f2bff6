"""The bundled real capture and its replayer."""
