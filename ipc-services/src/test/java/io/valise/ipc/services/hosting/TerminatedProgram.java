package io.valise.ipc.services.hosting;

import io.valise.ipc.IpcServer;
import io.valise.ipc.testkit.process.CommandLoop;

/** A service that says when it serves, and why it stops. */
final class TerminatedProgram implements AppService {
    private TerminatedProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        AppServiceHost host = AppServiceHost.start("terminated", new TerminatedProgram());
        CommandLoop.say("serving");
        host.awaitStopped();
    }

    @Override
    public void offer(IpcServer.Builder server) {
        server.service("nothing", request -> null);
    }

    @Override
    public void stopping(StopReason reason) {
        CommandLoop.say(reason.toString());
    }
}
