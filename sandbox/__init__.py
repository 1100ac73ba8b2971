"""Stand-ins for the outside world, on this machine and without accounts; a folder each, and one base for all."""

from sandbox.config import SandboxConfig
from sandbox.control import SandboxControl
from sandbox.running import Sandbox

__all__ = ["Sandbox", "SandboxConfig", "SandboxControl"]
