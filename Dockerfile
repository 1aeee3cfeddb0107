# The explorer as a public server on port 8501:
#   docker build -t autoencoder-explorer . && docker run -p 8501:8501 autoencoder-explorer
# With MNIST's four files: docker run -v /path/to/mnist:/mnist:ro -e AECORE_DATA=/mnist ...
FROM python:3.12-slim
WORKDIR /opt/autoencoder-explorer
COPY requirements.txt .
# PyTorch's index of wheels for CPUs makes the image much smaller: name it with
# --build-arg PIP_EXTRA_INDEX_URL=...
ARG PIP_EXTRA_INDEX_URL
RUN pip install --no-cache-dir -r requirements.txt
COPY app.py ./
COPY .streamlit .streamlit
COPY aecore aecore
COPY models models
RUN useradd --create-home explorer
USER explorer
ENV AECORE_PUBLIC=on \
    PYTHONDONTWRITEBYTECODE=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0
EXPOSE 8501
HEALTHCHECK CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://localhost:8501/_stcore/health')"]
CMD ["python", "-m", "aecore", "app", "--port", "8501"]
