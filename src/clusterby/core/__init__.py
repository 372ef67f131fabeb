"""The nouns that every floor shares; nothing here knows a library, a file format or a method."""
