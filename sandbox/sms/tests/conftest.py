from sandbox.tests.conftest import calling, control, controlling, http, running, sandbox

__all__ = ["calling", "control", "controlling", "http", "running", "sandbox"]
