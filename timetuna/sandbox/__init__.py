"""Stand-ins for the outside world: Zoom, and the postman, on this machine and without accounts."""

from timetuna.sandbox.config import SandboxConfig
from timetuna.sandbox.control import SandboxControl
from timetuna.sandbox.running import Sandbox

__all__ = ["Sandbox", "SandboxConfig", "SandboxControl"]
