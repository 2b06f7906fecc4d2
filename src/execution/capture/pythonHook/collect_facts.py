"""Settings that decide whether the numbers of a Python program repeat, from modules that it has loaded itself: kernels,
threads and determinism switches. Read by sitecustomize.py when the program ends; loads nothing of its own.
"""

import os
import sys

native_libraries = (
    ("openblas", ("openblas",)),
    ("mkl", ("libmkl_rt",)),
    ("blis", ("libblis",)),
    ("gomp", ("libgomp",)),
    ("iomp", ("libiomp",)),
    ("omp", ("libomp.", "libomp-")),
)


def facts(read_file):
    """By name, as they are recorded."""
    found = {}
    warnings = sys.modules.get("warnings")
    if warnings is None or not hasattr(warnings, "catch_warnings"):
        collect_facts(found, read_file)
        return found
    # Some settings warn when they are read; what a program prints is its own.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collect_facts(found, read_file)
    return found


def collect_facts(found, read_file):
    def add(name, read):
        try:
            value = read()
            if value is None or isinstance(value, (bool, int, float, str)):
                found[name] = value
        except Exception:
            pass

    add("python.hash_randomization", lambda: bool(sys.flags.hash_randomization))
    torch = sys.modules.get("torch")
    if torch is not None:
        add("torch.version", lambda: str(torch.__version__))
        add("torch.cuda", lambda: torch.version.cuda)
        add("torch.hip", lambda: torch.version.hip)
        add("torch.deterministic_algorithms", lambda: torch.are_deterministic_algorithms_enabled())
        add("torch.deterministic_warn_only", lambda: torch.is_deterministic_algorithms_warn_only_enabled())
        add("torch.fill_uninitialized_memory", lambda: torch.utils.deterministic.fill_uninitialized_memory)
        add("torch.cudnn.deterministic", lambda: torch.backends.cudnn.deterministic)
        add("torch.cudnn.benchmark", lambda: torch.backends.cudnn.benchmark)
        add("torch.cudnn.allow_tf32", lambda: torch.backends.cudnn.allow_tf32)
        add("torch.matmul.allow_tf32", lambda: torch.backends.cuda.matmul.allow_tf32)
        add("torch.matmul.fp32_precision", lambda: torch.backends.cuda.matmul.fp32_precision)
        add("torch.cudnn.conv.fp32_precision", lambda: torch.backends.cudnn.conv.fp32_precision)
        add("torch.float32_matmul_precision", lambda: torch.get_float32_matmul_precision())
        add("torch.default_dtype", lambda: str(torch.get_default_dtype()))
        add("torch.threads", lambda: torch.get_num_threads())
        add("torch.interop_threads", lambda: torch.get_num_interop_threads())
        add("torch.cpu_capability", lambda: torch.backends.cpu.get_cpu_capability())
        add("torch.initial_seed", lambda: torch.initial_seed())
        add("torch.cuda_initialized", lambda: torch.cuda.is_initialized())
        if found.get("torch.cuda_initialized"):
            cuda = torch.cuda
            add("torch.cudnn.version", lambda: torch.backends.cudnn.version())
            add("torch.cuda_devices", lambda: cuda.device_count())
            # Of each device: multiprocessors, and what else decides how random numbers are shared out.
            each = [cuda.get_device_properties(n) for n in range(min(64, found.get("torch.cuda_devices", 0)))]
            add("torch.cuda_multiprocessors", lambda: ", ".join(str(d.multi_processor_count) for d in each))
            add("torch.cuda_threads", lambda: ", ".join(str(d.max_threads_per_multi_processor) for d in each))
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        add("numpy.version", lambda: str(numpy.__version__))
        blas = lambda: numpy.__config__.CONFIG["Build Dependencies"]["blas"]  # noqa: E731
        add("numpy.blas", lambda: str(blas()["name"]) + " " + str(blas()["version"]))
    jax = sys.modules.get("jax")
    if jax is not None:
        add("jax.version", lambda: str(jax.__version__))
        add("jax.enable_x64", lambda: bool(jax.config.jax_enable_x64))
        add("jax.default_matmul_precision", lambda: jax.config.jax_default_matmul_precision)
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        add("tensorflow.version", lambda: str(tensorflow.__version__))
        config = sys.modules.get("tensorflow.python.framework.config")
        add("tensorflow.op_determinism", lambda: bool(config.is_op_determinism_enabled()))
        add("tensorflow.tf32", lambda: bool(config.tensor_float_32_execution_enabled()))
        add("tensorflow.gpu_build", lambda: bool(tensorflow.test.is_built_with_gpu_support()))
    pools = sys.modules.get("threadpoolctl")
    if pools is not None:
        add("threads", lambda: ", ".join(sorted("%s %s %s x%s" % (
            p.get("internal_api"), p.get("version"), p.get("architecture", ""), p.get("num_threads")
        ) for p in pools.threadpool_info())))
    if "ctypes" in sys.modules:
        try:
            native_facts(sys.modules["ctypes"], found, read_file)
        except Exception:
            pass


def native_facts(ctypes, found, read_file):
    """Kernel type and threads of the maths libraries that are loaded, asked of themselves (as threadpoolctl asks)."""
    libraries = {}
    for line in read_file("/proc/self/maps").splitlines():
        path = line[line.find("/"):] if "/" in line else ""
        name = path[path.rfind("/") + 1:].lower()
        for kind, signs in native_libraries:
            if any(sign in name for sign in signs):
                libraries[path] = kind
    said = {}

    def ask(library, names, result, *arguments):
        for name in names:
            function = getattr(library, name, None)
            if function is not None:
                function.restype = result
                value = function(*arguments)
                return value.decode("ascii", "replace") if isinstance(value, bytes) else value
        return None

    def say(fact, kind, value):
        if value is not None and value != "":
            said.setdefault(fact, set()).add("%s %s" % (kind, value))

    for path, kind in libraries.items():
        # RTLD_NOLOAD: a library that is gone from the process meanwhile is not loaded again.
        library = ctypes.CDLL(path, mode=getattr(os, "RTLD_NOLOAD", 4) | getattr(os, "RTLD_NOW", 2))
        if kind == "openblas":
            forms = [p + "%s" + s for p in ("", "scipy_") for s in ("", "64_", "_64")]
            say("blas.threads", kind, ask(library, [f % "openblas_get_num_threads" for f in forms], ctypes.c_int))
            say("blas.core", kind, ask(library, [f % "openblas_get_corename" for f in forms], ctypes.c_char_p))
        elif kind == "mkl":
            say("blas.threads", kind, ask(library, ["MKL_Get_Max_Threads"], ctypes.c_int))
        elif kind == "blis":
            say("blas.threads", kind, ask(library, ["bli_thread_get_num_threads"], ctypes.c_int))
            core = ask(library, ["bli_arch_query_id"], ctypes.c_int)
            if core is not None:
                say("blas.core", kind, ask(library, ["bli_arch_string"], ctypes.c_char_p, core))
        else:
            say("openmp.threads", kind, ask(library, ["omp_get_max_threads"], ctypes.c_int))
    for fact, values in said.items():
        found[fact] = ", ".join(sorted(values))
