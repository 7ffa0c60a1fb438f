package edgeloop.cli.load.measure;

/** Tells what the tester has used. On the thread that sends and receives. */
public interface Meter {
    /** What the JVM and the kernel count. */
    Meter SYSTEM =
            new Meter() {
                @Override
                public ResourceUsage atBegin() {
                    return ResourceUsage.atBegin();
                }

                @Override
                public ResourceUsage atEnd() {
                    return ResourceUsage.atEnd();
                }
            };

    /** Of the calling thread, at the begin of what is measured. */
    ResourceUsage atBegin();

    /** Of the calling thread, at the end of what is measured. */
    ResourceUsage atEnd();
}
