"""English as Europe writes it: a month by its name, for 09/03 is two days."""

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y H:i"
