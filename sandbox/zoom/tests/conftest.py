from sandbox.tests.conftest import (
    access,
    app,
    calling,
    control,
    controlling,
    http,
    receiver,
    rules,
    running,
    sandbox,
)

__all__ = [
    "access",
    "app",
    "calling",
    "control",
    "controlling",
    "http",
    "receiver",
    "rules",
    "running",
    "sandbox",
]
