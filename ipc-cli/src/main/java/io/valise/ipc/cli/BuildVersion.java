package io.valise.ipc.cli;

import io.valise.ipc.runtime.Component;
import java.lang.module.ModuleDescriptor.Version;
import picocli.CommandLine.IVersionProvider;

/** The version of the command's module. Immutable and safe for use by any thread. */
final class BuildVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Component.of(BuildVersion.class)
                .version()
                .map(Version::toString)
                .orElse("(version unknown)");
        String java = "Java " + Runtime.version() + " on " + System.getProperty("os.name");
        return new String[] {"ipc " + version + ", " + java};
    }
}
