//! A server of this machine, and a connection to it.

use std::net::{SocketAddr, ToSocketAddrs};

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::HOST;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub address: SocketAddr,
    /// `127.0.0.1:8080`, as the `Host` header has it.
    authority: String,
    /// With the query.
    path: String,
}

impl Target {
    /// Reads `http://127.0.0.1:8080/path`. Nothing where that is no address of the loopback
    /// interface, whoever answers there, or another scheme.
    pub fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        if uri.scheme_str() != Some("http") {
            return None;
        }
        let authority = uri.authority()?;
        if authority.as_str().contains('@') {
            return None;
        }
        let (host, port) = (authority.host(), authority.port_u16().unwrap_or(80));
        let address = if host.eq_ignore_ascii_case("localhost") {
            (host, port).to_socket_addrs().ok()?.find(|address| address.ip().is_loopback())?
        } else {
            // No name is looked up: a name may be anybody's.
            SocketAddr::new(host.trim_matches(['[', ']']).parse().ok()?, port)
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let local = address.ip().is_loopback();
        local.then(|| Self { address, authority: authority.as_str().to_owned(), path })
    }

    /// One request; whether the reply was a success. A redirection is none, and is not followed.
    ///
    /// # Errors
    /// Those of the connection, which is then of no more use.
    pub async fn get(&self, connection: &mut Connection) -> hyper::Result<bool> {
        connection.0.ready().await?;
        let request = Request::get(self.path.as_str())
            .header(HOST, self.authority.as_str())
            .body(Empty::new())
            .expect("a path and a host that were parsed");
        let reply = connection.0.send_request(request).await?;
        let well = reply.status().is_success();
        let mut body = reply.into_body();
        while let Some(frame) = body.frame().await {
            frame?;
        }
        Ok(well)
    }
}

/// Carries one request at a time.
pub struct Connection(SendRequest<Empty<Bytes>>);

impl Connection {
    /// On the runtime that calls.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn open(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (requests, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Self(requests))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_a_target() {
        let target = Target::parse("http://127.0.0.1:8080/a?b=c").expect("a target");
        assert_eq!(target.address, ([127, 0, 0, 1], 8080).into());
        assert_eq!((target.authority.as_str(), target.path.as_str()), ("127.0.0.1:8080", "/a?b=c"));
        let six = Target::parse("http://[::1]:3000").expect("a target");
        assert_eq!((six.address.port(), six.path.as_str()), (3000, "/"));
        assert!(Target::parse("http://localhost:1/").is_some_and(|t| t.address.ip().is_loopback()));
        for other in [
            "http://example.com/",
            "http://10.0.0.1:80/",
            "http://0.0.0.0:80/",
            "https://127.0.0.1/",
            "http://127.0.0.1.example.com/",
            "http://localhost@example.com/",
            "http://example.com@127.0.0.1/",
            "127.0.0.1:80",
            "http://",
            "",
        ] {
            assert_eq!(Target::parse(other), None, "{other}");
        }
    }
}
