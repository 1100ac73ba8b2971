"""Stand-ins for the outside world: Zoom, and the postman, on this machine and without accounts."""

from sandbox.config import SandboxConfig
from sandbox.control import SandboxControl
from sandbox.running import Sandbox

__all__ = ["Sandbox", "SandboxConfig", "SandboxControl"]
