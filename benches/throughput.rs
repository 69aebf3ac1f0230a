//! How fast `coach grade` is beside what the machine can do.
//!
//!     cargo bench --bench throughput              everything below, in a few minutes
//!     cargo bench --bench throughput -- endpoint  against a mock server, beside a bare load loop
//!     cargo bench --bench throughput -- built-in  answers a second with the built-in judge
//!     cargo bench --bench throughput -- memory    peak memory over 10,000, 100,000 and 1,000,000 answers
//!     cargo bench --bench throughput -- start     start-up time
//!
//! The mock server is a process of its own that reads each request whole and sends a critique after 0 or 200 ms. The
//! bare loop, another process, sends the body of a real request over plain sockets and reads the replies. CPU is what
//! the system says of the process that asks (`getrusage`), start-up included; the server's does not count. Ideal is
//! answers x latency / requests at once. All share the machine's cores, which limits what can be had at 0 ms.

#![allow(clippy::expect_used, reason = "a bench may stop where a program must not")]

#[cfg(unix)]
#[path = "throughput/mod.rs"]
mod throughput;

fn main() {
    #[cfg(unix)]
    throughput::main();
    #[cfg(not(unix))]
    println!("this bench reads what the system says of processes, which it can do on Unix only");
}
