"""Nothing but engines: a module for each, or a package where there is more. See docs/explanation/engines.md."""
