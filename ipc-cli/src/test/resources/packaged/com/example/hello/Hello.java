package com.example.hello;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;

final class Hello {
    public static void main(String[] arguments) {
        try (IpcServer server = IpcServer.builder("any:hello")
                .service("hello", request -> request.message())
                .start()) {
            for (Endpoint endpoint : server.endpoints()) {
                try (IpcConnection connection = IpcClient.connect(endpoint.toString())) {
                    System.out.println(endpoint + " " + connection.request("hello", ValueSet.of("n", 1)));
                }
            }
        }
    }
}
