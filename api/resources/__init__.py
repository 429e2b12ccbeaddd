"""The resources (资源): one file for each, its schemas above its routes; each route names the act that decides on it."""
