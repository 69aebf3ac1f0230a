//! The fake endpoint: HTTP/1.1 on a loopback socket, in a thread of its own, answering as a script says.
//!
//! Written on the bare socket because a web framework would not let it misbehave.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use super::reply::{Content, End, Reply};

/// A request as the fake endpoint saw it.
#[derive(Debug, Clone)]
pub struct Request {
    /// How many came before it.
    pub number: usize,
    pub method: String,
    /// Path and query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    /// The body; null where it is not JSON.
    pub json: Value,
    /// The body where it is not JSON.
    pub body: Vec<u8>,
}

impl Request {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Whether a stream is asked for.
    pub fn wants_stream(&self) -> bool {
        self.json["stream"] == true
    }

    /// The last message of the conversation.
    pub fn last_message(&self) -> &str {
        let messages = self.json["messages"].as_array().map_or(&[][..], Vec::as_slice);
        messages.last().and_then(|message| message["content"].as_str()).unwrap_or_default()
    }
}

type Script = dyn Fn(&Request) -> Reply + Send + Sync;

/// A fake endpoint, until dropped. Works from asynchronous and from blocking tests alike.
pub struct FakeEndpoint {
    address: SocketAddr,
    tls: bool,
    seen: Arc<Mutex<Seen>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<Request>,
    connections: usize,
}

impl FakeEndpoint {
    /// Starts one that answers each request as `script` says.
    pub fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::open(None, Arc::new(script))
    }

    /// Starts one that gives these replies in turn, the last one again and again.
    pub fn replying(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        Self::start(move |request| replies[request.number.min(replies.len() - 1)].clone())
    }

    /// Starts one that speaks TLS, with a certificate for localhost that [`Self::ca_file`] vouches for.
    pub fn start_tls(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::open(Some(acceptor()), Arc::new(script))
    }

    /// The authority behind the certificate of [`Self::start_tls`].
    pub fn ca_file() -> PathBuf {
        certificate("ca.pem")
    }

    fn open(tls: Option<TlsAcceptor>, script: Arc<Script>) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let (speaks_tls, shared) = (tls.is_some(), Arc::clone(&seen));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    () = accept(listener, tls, script, shared) => {}
                    _ = stopped => {}
                }
            });
        });
        let address = told.recv().unwrap();
        Self { address, tls: speaks_tls, seen, stop: Some(stop), thread: Some(thread) }
    }

    /// Scheme, host and port.
    pub fn root(&self) -> String {
        if self.tls {
            format!("https://localhost:{}", self.address.port())
        } else {
            format!("http://{}", self.address)
        }
    }

    /// The base URL, with `/v1`.
    pub fn url(&self) -> String {
        format!("{}/v1", self.root())
    }

    /// The requests seen so far.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// The latest request.
    pub fn last_request(&self) -> Option<Request> {
        self.seen.lock().unwrap().requests.last().cloned()
    }

    /// The connections accepted so far.
    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

impl Drop for FakeEndpoint {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in the script has failed its test already.
            let _ = thread.join();
        }
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    script: Arc<Script>,
    seen: Arc<Mutex<Seen>>,
) {
    while let Ok((socket, _)) = listener.accept().await {
        seen.lock().unwrap().connections += 1;
        let (tls, script, seen) = (tls.clone(), Arc::clone(&script), Arc::clone(&seen));
        tokio::spawn(async move {
            let _ = socket.set_nodelay(true);
            match tls {
                Some(tls) => {
                    if let Ok(socket) = tls.accept(socket).await {
                        serve(socket, &*script, &seen).await;
                    }
                }
                None => serve(socket, &*script, &seen).await,
            }
        });
    }
}

/// Answers the requests of one connection, one after another, until a reply breaks it.
async fn serve(mut socket: impl AsyncRead + AsyncWrite + Unpin, script: &Script, seen: &Mutex<Seen>) {
    while let Some(mut request) = read(&mut socket).await {
        {
            let requests = &mut seen.lock().unwrap().requests;
            request.number = requests.len();
            requests.push(request.clone());
        }
        let reply = script(&request);
        if !answer(&mut socket, &reply, &request).await {
            return;
        }
    }
}

/// The first byte of a TLS connection.
const TLS_HANDSHAKE: u8 = 0x16;

async fn read(socket: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Option<Request> {
    let mut head = vec![socket.read_u8().await.ok()?];
    if head == [TLS_HANDSHAKE] {
        // As web servers answer TLS at a port without it.
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        return None;
    }
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let request = Request { number: 0, method, path, headers, json: Value::Null, body: Vec::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.ok()?;
    Some(match serde_json::from_slice(&body) {
        Ok(json) => Request { json, ..request },
        Err(_) => Request { body, ..request },
    })
}

/// Sends a reply; whether the connection can take another request.
async fn answer(socket: &mut (impl AsyncWrite + Unpin), reply: &Reply, request: &Request) -> bool {
    if reply.end == End::Hang {
        return std::future::pending().await;
    }
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    if let Content::Raw(bytes) = &reply.content {
        let _ = socket.write_all(bytes).await;
        let _ = socket.shutdown().await;
        return false;
    }
    let (pieces, chunked) = reply.pieces(request);
    let head = head(reply, request, &pieces, chunked);
    let sent = socket.write_all(head.as_bytes()).await.is_ok() && send(socket, reply, pieces, chunked).await;
    sent && socket.flush().await.is_ok()
}

/// Sends the body, as far as the reply goes; whether it was sent to its end.
async fn send(
    socket: &mut (impl AsyncWrite + Unpin),
    reply: &Reply,
    pieces: Vec<Vec<u8>>,
    chunked: bool,
) -> bool {
    let mut left = match reply.end {
        End::Complete | End::Hang => usize::MAX,
        End::CutAfter(bytes) | End::SilentAfter(bytes) => bytes,
    };
    for (index, mut piece) in pieces.into_iter().enumerate() {
        if index > 0 && !reply.pause.is_zero() {
            tokio::time::sleep(reply.pause).await;
        }
        let cut = piece.len() > left;
        piece.truncate(left);
        left -= piece.len();
        if !piece.is_empty() && !write(socket, &piece, chunked).await {
            return false;
        }
        if cut {
            let _ = socket.flush().await;
            if matches!(reply.end, End::SilentAfter(_)) {
                return std::future::pending().await;
            }
            return false;
        }
    }
    !chunked || socket.write_all(b"0\r\n\r\n").await.is_ok()
}

async fn write(socket: &mut (impl AsyncWrite + Unpin), piece: &[u8], chunked: bool) -> bool {
    let mut bytes = Vec::new();
    if chunked {
        bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
    }
    bytes.extend_from_slice(piece);
    if chunked {
        bytes.extend_from_slice(b"\r\n");
    }
    socket.write_all(&bytes).await.is_ok() && socket.flush().await.is_ok()
}

fn head(reply: &Reply, request: &Request, pieces: &[Vec<u8>], chunked: bool) -> String {
    let mut lines = vec![format!("HTTP/1.1 {} Scripted", reply.status)];
    lines.extend(reply.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    let lacks = |wanted: &str| reply.headers.iter().all(|(name, _)| name != wanted);
    if let Some(kind) = reply.default_kind(request).filter(|_| lacks("content-type")) {
        lines.push(format!("content-type: {kind}"));
    }
    if chunked {
        lines.push("transfer-encoding: chunked".to_owned());
    } else if lacks("content-length") {
        lines.push(format!("content-length: {}", pieces.iter().map(Vec::len).sum::<usize>()));
    }
    lines.join("\r\n") + "\r\n\r\n"
}

fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/certificates").join(name)
}

fn acceptor() -> TlsAcceptor {
    let chain = vec![CertificateDer::from_pem_file(certificate("localhost.pem")).unwrap()];
    // Made for these tests and of no other use, as the authority, whose key was thrown away.
    let key = PrivateKeyDer::from_pem_file(certificate("localhost.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}
