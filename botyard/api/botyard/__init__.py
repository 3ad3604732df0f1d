"""`botyard.*`: what the foreign API has no method for."""
