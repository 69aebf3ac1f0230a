//! The mock server and the bare load loop: both on plain sockets, each a process of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Serves on a free port, which it prints, until its standard input closes: `latency` after each request, `reply`.
pub(super) fn serve(latency: Duration, reply: &str) {
    let response: Arc<[u8]> = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{reply}",
        reply.len()
    )
    .into_bytes()
    .into();
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    runtime(1).block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("{}", listener.local_addr().expect("its address"));
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(converse(socket, latency, Arc::clone(&response)));
        }
    });
}

async fn converse(socket: TcpStream, latency: Duration, response: Arc<[u8]>) {
    let _ = socket.set_nodelay(true);
    let mut socket = BufReader::with_capacity(1 << 16, socket);
    while read_message(&mut socket).await.is_some() {
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        if socket.write_all(&response).await.is_err() {
            return;
        }
    }
}

/// Reads one message, head and body, and forgets it; `None` at the end.
async fn read_message(socket: &mut BufReader<TcpStream>) -> Option<()> {
    use tokio::io::AsyncBufReadExt as _;
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        if socket.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(number) = lower.strip_prefix("content-length:") {
            length = number.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    tokio::io::copy(&mut socket.take(length), &mut tokio::io::sink()).await.ok().map(|_| ())
}

/// Sends `body` `count` times to `address`, `at_once` under way.
pub(super) fn load(address: &str, body: &[u8], count: usize, at_once: usize) {
    let request: Arc<[u8]> = [
        format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        )
        .as_bytes(),
        body,
    ]
    .concat()
    .into();
    let taken = Arc::new(AtomicUsize::new(0));
    runtime(1).block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..at_once {
            let (address, request, taken) = (address.to_owned(), Arc::clone(&request), Arc::clone(&taken));
            tasks.spawn(async move {
                let socket = TcpStream::connect(address).await.expect("the server is there");
                let _ = socket.set_nodelay(true);
                let mut socket = BufReader::with_capacity(1 << 16, socket);
                while taken.fetch_add(1, Ordering::Relaxed) < count {
                    socket.write_all(&request).await.expect("the server reads");
                    read_message(&mut socket).await.expect("the server answers");
                }
            });
        }
        while tasks.join_next().await.is_some() {}
    });
}

fn runtime(threads: usize) -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    runtime.expect("threads can be started")
}
