"""Makes every object once, in one place: settings in, parts out. Touches nothing outside this process."""
