package io.valise.ipc.spring;

import io.valise.ipc.AsyncRequestHandler;
import io.valise.ipc.EventHandler;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcServer;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.StreamHandler;
import io.valise.ipc.TypedAsyncHandler;
import io.valise.ipc.TypedHandler;
import io.valise.ipc.TypedStreamHandler;

/** What handlers are added to: the builder of a server or of a client, which have no type in common. Not thread-safe. */
interface Offering {
    void service(String name, RequestHandler handler);

    <A, R> void service(String name, Class<A> ask, Class<R> reply, TypedHandler<A, R> handler);

    void asyncService(String name, AsyncRequestHandler handler);

    <A, R> void asyncService(String name, Class<A> ask, Class<R> reply, TypedAsyncHandler<A, R> handler);

    void stream(String name, StreamHandler handler);

    <A, T> void stream(String name, Class<A> ask, Class<T> item, TypedStreamHandler<A, T> handler);

    void onEvent(String name, EventHandler handler);

    /** That of a server. */
    record OfServer(IpcServer.Builder builder) implements Offering {
        @Override
        public void service(String name, RequestHandler handler) {
            builder.service(name, handler);
        }

        @Override
        public <A, R> void service(String name, Class<A> ask, Class<R> reply, TypedHandler<A, R> handler) {
            builder.service(name, ask, reply, handler);
        }

        @Override
        public void asyncService(String name, AsyncRequestHandler handler) {
            builder.asyncService(name, handler);
        }

        @Override
        public <A, R> void asyncService(String name, Class<A> ask, Class<R> reply, TypedAsyncHandler<A, R> handler) {
            builder.asyncService(name, ask, reply, handler);
        }

        @Override
        public void stream(String name, StreamHandler handler) {
            builder.stream(name, handler);
        }

        @Override
        public <A, T> void stream(String name, Class<A> ask, Class<T> item, TypedStreamHandler<A, T> handler) {
            builder.stream(name, ask, item, handler);
        }

        @Override
        public void onEvent(String name, EventHandler handler) {
            builder.onEvent(name, handler);
        }
    }

    /** That of a client. */
    record OfClient(IpcClient.Builder builder) implements Offering {
        @Override
        public void service(String name, RequestHandler handler) {
            builder.service(name, handler);
        }

        @Override
        public <A, R> void service(String name, Class<A> ask, Class<R> reply, TypedHandler<A, R> handler) {
            builder.service(name, ask, reply, handler);
        }

        @Override
        public void asyncService(String name, AsyncRequestHandler handler) {
            builder.asyncService(name, handler);
        }

        @Override
        public <A, R> void asyncService(String name, Class<A> ask, Class<R> reply, TypedAsyncHandler<A, R> handler) {
            builder.asyncService(name, ask, reply, handler);
        }

        @Override
        public void stream(String name, StreamHandler handler) {
            builder.stream(name, handler);
        }

        @Override
        public <A, T> void stream(String name, Class<A> ask, Class<T> item, TypedStreamHandler<A, T> handler) {
            builder.stream(name, ask, item, handler);
        }

        @Override
        public void onEvent(String name, EventHandler handler) {
            builder.onEvent(name, handler);
        }
    }
}
