"""The sample business of `bin/up --demo`, and the page that shows the mail it sends."""
