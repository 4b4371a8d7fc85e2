"""The HTTP service around `sextortion_signals.Detector`: `create_app()` and `serve()`."""
