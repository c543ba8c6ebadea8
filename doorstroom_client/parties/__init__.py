"""Who is called and who we are: suppliers, the OSR, our certificate, and how we identify ourselves."""
