target_link_libraries(pare_run PUBLIC Threads::Threads)
