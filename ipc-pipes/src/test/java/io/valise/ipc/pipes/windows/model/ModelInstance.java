package io.valise.ipc.pipes.windows.model;

/** One instance: a server's end, a client's once there is one, and what is under way between them. */
final class ModelInstance {
    final ModelPipe pipe;
    final End server;
    End client;

    ModelInstance(ModelPipe pipe, ModelProcess server) {
        this.pipe = pipe;
        this.server = new End(this, server);
    }

    void opened(ModelProcess by) {
        client = new End(this, by);
        client.in = server.out = new Direction();
        server.in = client.out = new Direction();
        server.in.writer = client.out.writer = client;
        client.in.writer = server.out.writer = server;
        server.in.reader = server;
        client.in.reader = client;
        if (server.connecting != null) {
            ModelOperation connecting = server.connecting;
            server.connecting = null;
            connecting.complete(0, 0);
        }
    }

    /** One end. */
    static final class End {
        final ModelInstance instance;
        final ModelProcess owner;
        Direction in;
        Direction out;
        ModelOperation connecting;
        boolean closed;

        End(ModelInstance instance, ModelProcess owner) {
            this.instance = instance;
            this.owner = owner;
        }

        boolean isServer() {
            return instance.server == this;
        }
    }

    /** Bytes one way. */
    static final class Direction {
        private static final int QUOTA = 64 << 10;

        private final byte[] bytes = new byte[QUOTA];
        private int head;
        private int size;
        End reader;
        End writer;
        ModelOperation reading;
        ModelOperation writing;

        boolean isEmpty() {
            return size == 0;
        }

        /** Moves what can be moved, and completes what is done by it. */
        void pump(Faults faults) {
            while (takeFromWriter() || giveToReader(faults)) {
                Thread.onSpinWait(); // what one moves may let the other move more
            }
            if (reading != null && size == 0 && writer.closed) {
                finishReading(109, 0);
            }
            if (writing != null && reader.closed) {
                ModelOperation ended = writing;
                writing = null;
                ended.complete(109, 0);
            }
        }

        private boolean takeFromWriter() {
            if (writing == null || size == QUOTA || reader.closed) {
                return false;
            }
            int tail = (head + size) % QUOTA;
            int part = Math.min(Math.min(QUOTA - size, QUOTA - tail), writing.left());
            writing.next(bytes, tail, part);
            size += part;
            if (writing.left() == 0) {
                ModelOperation ended = writing;
                writing = null;
                ended.complete(0, ended.length());
            }
            return true;
        }

        private boolean giveToReader(Faults faults) {
            if (reading == null || size == 0) {
                return false;
            }
            int part = Math.min(Math.min(size, reading.memory().capacity()), Math.min(faults.most(), QUOTA - head));
            reading.memory().put(0, bytes, head, part);
            head = (head + part) % QUOTA;
            size -= part;
            finishReading(faults.isMessages() && size > 0 ? 234 : 0, part);
            return true;
        }

        private void finishReading(int code, int count) {
            ModelOperation ended = reading;
            reading = null;
            ended.complete(code, count);
        }
    }
}
