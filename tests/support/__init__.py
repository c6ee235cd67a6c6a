"""What tests share: real git repositories, a sample project, the command line."""
