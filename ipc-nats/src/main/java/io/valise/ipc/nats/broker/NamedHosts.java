package io.valise.ipc.nats.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A TLS context whose sockets accept a certificate only for the host that was asked for: jnats checks that a certificate is
 * trusted, and not whose it is, so any holder of a trusted certificate could pretend to be the broker. Its sockets over another
 * socket, which jnats makes, also tell how their input ended.
 */
final class NamedHosts extends SSLContextSpi {
    private final SSLContext context;
    private final Consumer<IOException> onEnd;

    private NamedHosts(SSLContext context, Consumer<IOException> onEnd) {
        this.context = context;
        this.onEnd = onEnd;
    }

    /**
     * The same context with the check.
     *
     * @param onEnd told by the thread that reads, each time it finds the end or a failure
     */
    static SSLContext checking(SSLContext context, Consumer<IOException> onEnd) {
        return new Checking(new NamedHosts(context, onEnd), context);
    }

    private static final class Checking extends SSLContext {
        Checking(SSLContextSpi checks, SSLContext context) {
            super(checks, context.getProvider(), context.getProtocol());
        }
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
            throws KeyManagementException {
        context.init(keys, trust, random);
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        return new Factory(context.getSocketFactory(), onEnd);
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        return context.getServerSocketFactory();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return context.createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return context.createSSLEngine(host, port);
    }

    @Override
    protected @Nullable SSLSessionContext engineGetServerSessionContext() {
        return context.getServerSessionContext();
    }

    @Override
    protected @Nullable SSLSessionContext engineGetClientSessionContext() {
        return context.getClientSessionContext();
    }

    private static final class Factory extends SSLSocketFactory {
        private final SSLSocketFactory sockets;
        private final Consumer<IOException> onEnd;

        Factory(SSLSocketFactory sockets, Consumer<IOException> onEnd) {
            this.sockets = sockets;
            this.onEnd = onEnd;
        }

        private static Socket checked(Socket socket) {
            if (socket instanceof SSLSocket secure) {
                SSLParameters parameters = secure.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secure.setSSLParameters(parameters);
            }
            return socket;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return sockets.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return sockets.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket() throws IOException {
            return checked(sockets.createSocket());
        }

        @Override
        public Socket createSocket(Socket plain, String host, int port, boolean closes) throws IOException {
            Socket socket = checked(sockets.createSocket(plain, host, port, closes));
            return socket instanceof SSLSocket secure ? new TlsSocket(secure, onEnd) : socket;
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return checked(sockets.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
            return checked(sockets.createSocket(host, port, from, fromPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return checked(sockets.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
            return checked(sockets.createSocket(host, port, from, fromPort));
        }
    }
}
