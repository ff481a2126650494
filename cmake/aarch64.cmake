# For 64-bit Arm Linux, by Debian's cross compiler.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
find_program(PARE_QEMU_ARM qemu-aarch64)
if(PARE_QEMU_ARM)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${PARE_QEMU_ARM} -L /usr/aarch64-linux-gnu)
endif()
