"""The stand-in of OpenAI."""

from line_sandbox.openai.app import OpenAIStandIn

__all__ = ["OpenAIStandIn"]
