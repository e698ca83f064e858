package io.valise.ipc.docs;

import io.valise.ipc.testkit.process.ClassPath;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Where a module looks up classes, members and resources by name, found in its byte code.
 *
 * @param calls the calls that look something up
 * @param withNativeMethods the classes whose methods a library binds to native functions
 */
record NameLookups(List<Call> calls, Set<String> withNativeMethods) {
    private static final Map<String, Pattern> LOOKUPS = Map.of(
            "java/lang/Class", Pattern.compile("forName|get(Declared)?(Method|Field|Constructor)|getResource.*"),
            "java/lang/ClassLoader", Pattern.compile("loadClass|getResource.*"),
            "java/lang/Module", Pattern.compile("getResource.*"),
            "java/lang/invoke/MethodHandles$Lookup", Pattern.compile("find.*|unreflect.*"),
            "java/lang/reflect/Proxy", Pattern.compile("newProxyInstance"),
            "java/util/ServiceLoader", Pattern.compile("load.*"),
            "com/sun/jna/Native", Pattern.compile("load"));

    /**
     * One call.
     *
     * @param where the simple name of the class, and the method
     * @param name what is looked up; empty where it is not the last text that the method has loaded since the last lookup
     */
    record Call(String where, Optional<String> name) {}

    static NameLookups in(Class<?> ofModule) throws IOException {
        NameLookups found = new NameLookups(new ArrayList<>(), new TreeSet<>());
        try (ModuleReader classes = ModuleFinder.of(ClassPath.entryOf(ofModule))
                .findAll()
                .iterator()
                .next()
                .open()) {
            for (String file :
                    classes.list().filter(each -> each.endsWith(".class")).toList()) {
                ByteBuffer bytes = classes.read(file).orElseThrow();
                byte[] content = new byte[bytes.remaining()];
                bytes.get(content);
                classes.release(bytes);
                ClassNode node = new ClassNode();
                new ClassReader(content).accept(node, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
                node.methods.forEach(method -> found.add(node, method));
            }
        }
        return found;
    }

    private void add(ClassNode type, MethodNode method) {
        if ((method.access & Opcodes.ACC_NATIVE) != 0) {
            withNativeMethods.add(type.name.replace('/', '.'));
        }
        Optional<String> text = Optional.empty();
        for (AbstractInsnNode instruction : method.instructions) {
            if (instruction instanceof LdcInsnNode constant && constant.cst instanceof String loaded) {
                text = Optional.of(loaded);
            } else if (instruction instanceof MethodInsnNode call && isLookup(call)) {
                String simple = type.name.substring(type.name.lastIndexOf('/') + 1);
                calls.add(new Call(simple + '.' + method.name, text));
                text = Optional.empty();
            }
        }
    }

    private static boolean isLookup(MethodInsnNode call) {
        Pattern names = LOOKUPS.get(call.owner);
        return names != null && names.matcher(call.name).matches();
    }
}
