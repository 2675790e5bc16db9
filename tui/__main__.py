def main() -> None:
    print("salon")
