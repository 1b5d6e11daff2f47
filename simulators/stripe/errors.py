"""Errors in the shape Stripe answers them."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer other than 200.

    status   the HTTP status
    details  keys beside type and message: code, param, decline_code, payment_intent
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        **details: Any,
    ) -> None:
        """Keep what the body will say."""
        super().__init__(message)
        self.status = status
        self.details = details
        self.kind = kind

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        known = {key: value for key, value in self.details.items() if value is not None}
        return {"error": {"type": self.kind, "message": str(self), **known}}


def missing_parameter(name: str) -> ApiError:
    """Return the error for a required parameter that was not sent."""
    return ApiError(
        400,
        f"Missing required param: {name}.",
        code="parameter_missing",
        param=name,
    )


def invalid_parameter(name: str, message: str, code: str | None = None) -> ApiError:
    """Return the error for a parameter whose value cannot be used."""
    return ApiError(400, message, param=name, code=code)


def no_such(kind: str, key: str, *, param: str = "id", status: int = 404) -> ApiError:
    """Return the error for an id that does not exist (404 in the path, 400 in a body)."""
    name = kind.replace("_", " ").replace(".", " ")
    return ApiError(
        status,
        f"No such {name}: '{key}'",
        code="resource_missing",
        param=param,
    )
