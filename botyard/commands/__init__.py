"""The commands of `botyard`, one noun each. ``cli.py`` lists them."""
