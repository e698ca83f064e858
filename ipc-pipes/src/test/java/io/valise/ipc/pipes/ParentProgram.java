package io.valise.ipc.pipes;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import java.util.List;

/** A parent that a test can kill: starts a child and says its process id. */
final class ParentProgram implements CommandLoop.Commands {
    private ParentProgram() {}

    public static void main(String[] arguments) {
        CommandLoop.run(new ParentProgram());
    }

    @Override
    public String run(String command, List<String> arguments) {
        IpcConnection child = ChildPipes.child(
                        new ProcessBuilder(ChildPipesTest.command(arguments.get(0), arguments.get(1))))
                .connect();
        return Long.toString(child.request("pid", ValueSet.empty()).getLong("pid"));
    }
}
