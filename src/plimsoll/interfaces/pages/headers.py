"""The headers of every page: no script or style but our own files, no frame, no other host, nothing kept by the browser."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
"""`data:` is for pictures inside the style sheet; a script or a style in the page itself is never run."""
ALWAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": POLICY,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
)
NOT_KEPT: Final = "no-store"
"""Pages are for one person: the button that goes back shows nothing once somebody has signed out."""
SECURE: Final = "max-age=31536000"
"""Said over TLS only."""


def of_page(request_id: str, *, is_secure: bool) -> dict[str, str]:
    """Give the headers of one page."""
    said = {**ALWAYS, "Cache-Control": NOT_KEPT, "X-Request-Id": request_id}
    return {**said, "Strict-Transport-Security": SECURE} if is_secure else said
