"""Time zones a visitor may choose without JavaScript; any other IANA name works too."""

from __future__ import annotations

from zoneinfo import ZoneInfo

COMMON = (
    "Europe/Paris",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Brussels",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Africa/Casablanca",
    "Africa/Abidjan",
    "Africa/Dakar",
    "Africa/Tunis",
    "Africa/Lagos",
    "Africa/Cairo",
    "Africa/Nairobi",
    "Africa/Johannesburg",
    "Indian/Reunion",
    "Indian/Mauritius",
    "Asia/Dubai",
    "Asia/Tehran",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Perth",
    "Australia/Adelaide",
    "Australia/Sydney",
    "Pacific/Noumea",
    "Pacific/Auckland",
    "Pacific/Tahiti",
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/Mexico_City",
    "America/New_York",
    "America/Toronto",
    "America/Bogota",
    "America/Guadeloupe",
    "America/Martinique",
    "America/Halifax",
    "America/St_Johns",
    "America/Cayenne",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "Atlantic/Azores",
)


def zone_named(name: str) -> ZoneInfo | None:
    """Return the IANA zone of that name, or None if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def known_zone(*names: str) -> ZoneInfo:
    """Return the first of the names that is a time zone; UTC if none is."""
    found = (zone_named(name) for name in names)
    return next((zone for zone in found if zone is not None), ZoneInfo("UTC"))


def choices(*more: str) -> list[tuple[str, str]]:
    """Return (zone, name to show), with the given ones among them, by name."""
    names = {*COMMON, *more} - {""}
    return sorted((name, name.replace("_", " ")) for name in names)
