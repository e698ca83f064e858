package io.valise.ipc.benchmarks.contender;

import java.io.IOException;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/** JeroMQ, REQ and REP over TCP on the loopback interface; as many bytes as the workload, without encoding. */
final class JeroMqContender implements Contender {
    @Override
    public Served serve(Workload workload) {
        ZContext context = new ZContext();
        ZMQ.Socket socket = context.createSocket(SocketType.REP);
        int port = socket.bindToRandomPort("tcp://127.0.0.1");
        byte[] answer = new byte[RawSocketContender.answerBytes(workload)];
        Thread echo = new Thread(() -> echo(socket, answer), "echo");
        echo.setDaemon(true);
        echo.start();
        return Contender.served("tcp://127.0.0.1:" + port, () -> {});
    }

    private static void echo(ZMQ.Socket socket, byte[] answer) {
        try {
            while (socket.recv() != null) {
                socket.send(answer);
            }
        } catch (ZMQException e) {
            throw new IllegalStateException("the echo ended", e);
        }
    }

    @Override
    public Caller connect(Workload workload, String address) {
        ZContext context = new ZContext();
        ZMQ.Socket socket = context.createSocket(SocketType.REQ);
        socket.connect(address);
        return new JeroMqCaller(context, socket, new byte[RawSocketContender.requestBytes(workload)]);
    }

    private static final class JeroMqCaller implements Caller {
        private final ZContext context;
        private final ZMQ.Socket socket;
        private final byte[] request;

        JeroMqCaller(ZContext context, ZMQ.Socket socket, byte[] request) {
            this.context = context;
            this.socket = socket;
            this.request = request;
        }

        @Override
        public double call() throws IOException {
            socket.send(request);
            byte[] answer = socket.recv();
            if (answer == null) {
                throw new IOException("no answer");
            }
            return answer[0];
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
