"""prokes-social: sourced, caring public-health messages, from campaign files to a reach report."""

__version__ = "0.1.0"
