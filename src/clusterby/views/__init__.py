"""Views: functions of a result that show it."""
